<?php

declare(strict_types=1);

namespace CleverSso;

/** Clever refused, or its response cannot be read. */
final class CleverException extends Exception
{
}
