"""What is kept in files: secrets under a passphrase, evidence, manifests, uploads."""
