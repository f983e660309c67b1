"""The doctor: looks at a Leo's file, says what is wrong with it, and saves what can be read."""
