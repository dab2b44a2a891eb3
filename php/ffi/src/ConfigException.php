<?php

declare(strict_types=1);

namespace CleverSso;

/** The configuration is wrong or lacks something. */
final class ConfigException extends Exception
{
}
