"""Files of records that staff send through the browser: kept sealed, looked through, loaded and undone by a worker."""
