<?php

declare(strict_types=1);

namespace CleverSso;

/** The outcome of a login: SignedIn, Restart or Denied, and nothing else. Each has setCookies and endsSession. */
interface Outcome
{
}
