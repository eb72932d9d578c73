"""What leaves this machine: letters by SMTP or to a file, webhooks by HTTPS."""
