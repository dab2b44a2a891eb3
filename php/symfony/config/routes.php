<?php

/** The routes of a login. Import this file with a prefix, such as /clever. */

declare(strict_types=1);

use CleverSso\Symfony\LoginController;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;

return static function (RoutingConfigurator $routes): void {
    // Every method: the library decides how to respond to methods that must not act.
    foreach (['login', 'callback', 'logout'] as $name) {
        $routes->add("clever_sso_{$name}", "/{$name}")->controller([LoginController::class, $name]);
    }
};
