<?php

declare(strict_types=1);

namespace CleverSso;

/** The callback cannot finish a login. */
final class LoginException extends Exception
{
}
