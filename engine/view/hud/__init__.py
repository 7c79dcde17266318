"""The panels over the field, composed as pygame surfaces for both renderers."""
