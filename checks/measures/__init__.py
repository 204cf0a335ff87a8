"""Facts per object; nothing here judges."""
