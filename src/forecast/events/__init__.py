"""Events: a calendar as data, shapes, and the columns that a model may see at an origin."""
