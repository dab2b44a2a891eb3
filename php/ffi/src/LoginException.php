<?php

declare(strict_types=1);

namespace CleverSso;

/** The browser came back with something that cannot finish a login. */
final class LoginException extends Exception
{
}
