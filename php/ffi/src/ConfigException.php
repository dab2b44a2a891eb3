<?php

declare(strict_types=1);

namespace CleverSso;

/** The configuration is wrong or incomplete. */
final class ConfigException extends Exception
{
}
