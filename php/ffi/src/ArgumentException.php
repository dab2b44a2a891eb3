<?php

declare(strict_types=1);

namespace CleverSso;

/** An argument of the call cannot be used. */
final class ArgumentException extends Exception
{
}
