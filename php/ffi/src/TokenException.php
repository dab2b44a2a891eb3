<?php

declare(strict_types=1);

namespace CleverSso;

/** A token is not what it must be. */
final class TokenException extends Exception
{
}
