"""Documents of the house, indexed on the device, and quoted where they answer a question."""
