"""Drawn training pictures of party logos, other emblems and campaign props, with their true boxes."""
