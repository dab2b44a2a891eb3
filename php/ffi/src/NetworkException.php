<?php

declare(strict_types=1);

namespace CleverSso;

/** Clever could not be reached. */
final class NetworkException extends Exception
{
}
