"""What a county delivered, read as columns."""
