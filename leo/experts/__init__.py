"""Five ways to speak, and how much of each a moment asks for."""
