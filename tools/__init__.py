"""Tools of the house: they look after the repository and are not part of the package."""
