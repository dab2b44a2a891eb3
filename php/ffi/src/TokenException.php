<?php

declare(strict_types=1);

namespace CleverSso;

/** A token breaks a rule, or Clever does not accept it. */
final class TokenException extends Exception
{
}
