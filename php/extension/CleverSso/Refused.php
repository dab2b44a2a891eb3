<?php

/** What a hook throws to keep a person out with its own sentence. */

declare(strict_types=1);

namespace CleverSso;

/** The person proved a login, and the application does not let them in. The message is shown to the person. */
final class Refused extends \RuntimeException
{
}
