"""What Leo makes of a prompt before he speaks."""
