"""From YAML and plain values to frozen dataclasses, validated."""
