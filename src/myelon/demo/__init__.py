"""The demonstration hospital: a published patient and synthetic phantoms that are nobody."""
