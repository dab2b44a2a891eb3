<?php

/* As Laravel and Symfony do it, and stricter: everything that PHP warns of is an exception, also what `@` keeps quiet. */

set_error_handler(fn(int $level, string $message) => throw new ErrorException($message, 0, $level));
