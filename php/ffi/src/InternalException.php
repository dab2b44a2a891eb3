<?php

declare(strict_types=1);

namespace CleverSso;

/** A problem of the library or of the machine it runs on. */
final class InternalException extends Exception
{
}
