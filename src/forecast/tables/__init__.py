"""The forecast table: its columns, its array form, common folds, errors known at an origin."""
