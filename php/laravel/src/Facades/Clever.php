<?php

declare(strict_types=1);

namespace CleverSso\Laravel\Facades;

use Illuminate\Support\Facades\Facade;

/**
 * @method static \CleverSso\SessionIdentity|null identity()
 * @method static bool hasRole(string ...$names)
 * @method static string loginUrl(?string $returnTo = null, bool $switchUser = false)
 * @method static string logoutUrl()
 * @method static \CleverSso\ClientInterface client()
 *
 * @see \CleverSso\Laravel\Clever
 */
final class Clever extends Facade
{
    protected static function getFacadeAccessor(): string
    {
        return \CleverSso\Laravel\Clever::class;
    }
}
