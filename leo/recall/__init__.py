"""What comes back: his own words, and what he was taught."""
