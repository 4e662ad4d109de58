"""The page of proof: everything that the page that is read rests on, one anchor a block."""
