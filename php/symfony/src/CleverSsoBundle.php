<?php

/** Log in with Clever in Symfony. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\Symfony\DependencyInjection\CheckSetupPass;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\HttpKernel\Bundle\Bundle;

/** Register it in config/bundles.php, and import config/routes.php. */
final class CleverSsoBundle extends Bundle
{
    public function build(ContainerBuilder $container): void
    {
        parent::build($container);
        $container->addCompilerPass(new CheckSetupPass());
    }

    public function getPath(): string
    {
        return dirname(__DIR__);
    }
}
