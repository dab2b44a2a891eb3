<?php

declare(strict_types=1);

namespace CleverSso;

/** Clever refused, or answered what cannot be understood. */
final class CleverException extends Exception
{
}
