<?php

/* Prints the library that FFI finds, or the message that says what is missing. Warnings become exceptions, even suppressed ones. */

declare(strict_types=1);

use CleverSso\LibraryFile;

set_error_handler(fn(int $level, string $message) => throw new ErrorException($message));
try {
    if (isset($argv[1])) {
        LibraryFile::use($argv[1]);
    }
    new CleverSso\Client('client-id');
    echo LibraryFile::loaded(), ' ', LibraryFile::version();
} catch (CleverSso\ConfigException $error) {
    echo json_encode([$error->getMessage(), $error->getCodeWord(), $error->getActor(), $error->getPageStatus(), $error->setCookies]);
}
