"""What becomes of deliveries when everything between client and platform goes wrong."""
