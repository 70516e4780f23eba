"""The formats of the outside and the record: DICOM, CSV. Nothing inside knows them."""
