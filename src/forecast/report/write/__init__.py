"""The writers: page, Markdown, PDF and the files beside them."""
