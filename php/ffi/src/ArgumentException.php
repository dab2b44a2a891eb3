<?php

declare(strict_types=1);

namespace CleverSso;

/** A value handed to the call cannot be used. */
final class ArgumentException extends Exception
{
}
