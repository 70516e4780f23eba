"""The web product: server-rendered pages, a few small scripts, a strict content security policy."""
