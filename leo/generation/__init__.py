"""Speaking: the first word, one step, a walk; every word with its reasons."""
