"""Myelon: the open workspace of a spinal tumour board."""
