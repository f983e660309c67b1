"""Text and tokens, and the words Leo is born with."""
