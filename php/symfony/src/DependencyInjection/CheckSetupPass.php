<?php

/** Checks, when the container is built, what the settings of other bundles decide. */

declare(strict_types=1);

namespace CleverSso\Symfony\DependencyInjection;

use CleverSso\Symfony\CleverAuthenticator;
use CleverSso\Symfony\UserMapper;
use Symfony\Component\Config\Definition\Exception\InvalidConfigurationException;
use Symfony\Component\DependencyInjection\Compiler\CompilerPassInterface;
use Symfony\Component\DependencyInjection\ContainerBuilder;

final class CheckSetupPass implements CompilerPassInterface
{
    /** The prefix of the services that call the authenticators of one firewall each. */
    private const MANAGER = 'security.authenticator.manager.';

    public function process(ContainerBuilder $container): void
    {
        if (!$container->hasParameter('clever_sso.users')) {
            throw new InvalidConfigurationException('clever_sso is not configured: write config/packages/clever_sso.yaml');
        }
        if (!$container->has('security.token_storage')) {
            throw new InvalidConfigurationException('clever_sso needs the SecurityBundle: composer require symfony/security-bundle');
        }
        if (!$container->hasParameter('session.storage.options')) {
            throw new InvalidConfigurationException('clever_sso needs sessions: set framework.session');
        }
        $cookie = $container->getParameter('session.storage.options');
        if (strtolower($cookie['cookie_samesite'] ?? '') === 'strict') {
            throw new InvalidConfigurationException(
                'framework.session.cookie_samesite must be lax, found strict: the browser comes back from Clever, which is another'
                    . ' site, and would not send the session cookie',
            );
        }
        $this->checkFirewalls($container);
        $users = $container->getParameter('clever_sso.users');
        if ($users === null) {
            return;
        }
        if (!$container->has($users)) {
            throw new InvalidConfigurationException("clever_sso.users names the service \"{$users}\", which does not exist");
        }
        $class = $container->getParameterBag()->resolveValue($container->findDefinition($users)->getClass());
        if ($class !== null && !is_subclass_of($class, UserMapper::class)) {
            throw new InvalidConfigurationException("clever_sso.users names {$class}, which must implement " . UserMapper::class);
        }
    }

    /** A stateless firewall forgets a sign-in after the response. */
    private function checkFirewalls(ContainerBuilder $container): void
    {
        foreach ($container->getDefinitions() as $id => $manager) {
            if (!str_starts_with($id, self::MANAGER)) {
                continue;
            }
            $name = substr($id, strlen(self::MANAGER));
            $authenticators = array_map(strval(...), (array) $manager->getArgument(0));
            $config = 'security.firewall.map.config.' . $name;
            if (array_intersect($authenticators, ['clever_sso.authenticator', CleverAuthenticator::class]) !== []
                && $container->has($config) && $container->findDefinition($config)->getArgument(4) === true) {
                throw new InvalidConfigurationException(
                    "the firewall \"{$name}\" is stateless, and clever_sso.authenticator needs a session: set stateless to false",
                );
            }
        }
    }
}
