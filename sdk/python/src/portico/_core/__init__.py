"""Deciding, without network, clock or chance of its own: both clients ask the same core."""
