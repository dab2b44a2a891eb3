<?php

/** Creates the services of the bundle from its settings. */

declare(strict_types=1);

namespace CleverSso\Symfony\DependencyInjection;

use CleverSso\Client;
use CleverSso\ClientInterface;
use CleverSso\Symfony\BrowserListener;
use CleverSso\Symfony\CleverAuthenticator;
use CleverSso\Symfony\CleverDataCollector;
use CleverSso\Symfony\CleverUserProvider;
use CleverSso\Symfony\DoctorCommand;
use CleverSso\Symfony\Legs;
use CleverSso\Symfony\LoginController;
use CleverSso\Symfony\RoleVoter;
use CleverSso\Symfony\SignIns;
use Symfony\Component\DependencyInjection\Argument\ServiceClosureArgument;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\DependencyInjection\Definition;
use Symfony\Component\DependencyInjection\Extension\Extension;
use Symfony\Component\DependencyInjection\Reference;

final class CleverSsoExtension extends Extension
{
    public function load(array $configs, ContainerBuilder $container): void
    {
        $settings = $this->processConfiguration(new Configuration(), $configs);
        $arguments = [];
        foreach (Configuration::OF_THE_CLIENT as $name => $argument) {
            // Left out, so that the client uses its own default.
            if ($settings[$name] !== null && $settings[$name] !== []) {
                $arguments[$argument] = $settings[$name];
            }
        }
        $container->setParameter('clever_sso.users', $settings['users']);
        $container->setParameter('clever_sso.session_seconds', $settings['session_seconds']);
        $logger = new Reference('logger', ContainerInterface::NULL_ON_INVALID_REFERENCE);
        $channel = fn(Definition $definition): Definition => $definition->addTag('monolog.logger', ['channel' => 'clever_sso']);

        // Public, so that a test can set a Testing\FakeClient.
        $container->setDefinition(ClientInterface::class, $channel(new Definition(Client::class, [$arguments, $logger]))
            ->setFactory([Legs::class, 'client'])->setPublic(true));
        $container->setAlias(Client::class, ClientInterface::class);
        $container->setDefinition(Legs::class, $channel(new Definition(Legs::class, [
            new Reference(ClientInterface::class),
            new Reference('router'),
            array_intersect_key($settings, array_flip(['redirect_uri', 'home', 'after_logout', 'district_id', 'waiting_page'])),
            '%session.storage.options%',
            $logger,
        ])));
        $container->setDefinition(SignIns::class, new Definition(SignIns::class, ['%clever_sso.session_seconds%']));
        $legs = new Reference(Legs::class);
        $signIns = new Reference(SignIns::class);
        $container->setDefinition(BrowserListener::class, (new Definition(BrowserListener::class, [$legs, $signIns]))
            ->addTag('kernel.event_subscriber'));
        $users = $settings['users'] === null ? null : new Reference($settings['users']);
        $tokens = new Reference('security.token_storage');
        $container->setDefinition(CleverAuthenticator::class, new Definition(CleverAuthenticator::class, [$legs, $signIns, $tokens, $users]));
        $container->setAlias('clever_sso.authenticator', CleverAuthenticator::class);
        $container->setDefinition('clever_sso.user_provider', new Definition(CleverUserProvider::class));
        $container->setDefinition(LoginController::class, (new Definition(LoginController::class))
            ->setPublic(true)->addTag('controller.service_arguments'));
        $container->setDefinition(RoleVoter::class, (new Definition(RoleVoter::class))->addTag('security.voter'));
        $container->setDefinition(CleverDataCollector::class, (new Definition(CleverDataCollector::class, [
            $signIns,
        ]))->addTag('data_collector', ['id' => 'clever_sso', 'template' => '@CleverSso/collector.html.twig', 'priority' => 255]));
        $container->setDefinition(DoctorCommand::class, (new Definition(DoctorCommand::class, [
            // Made when the command runs, which says what is wrong with their settings.
            new ServiceClosureArgument($legs),
            new ServiceClosureArgument(new Reference(ClientInterface::class)),
        ]))
            ->addTag('console.command', [
                'command' => 'clever:doctor',
                'description' => 'Checks the settings of Log in with Clever, and says what is wrong',
            ]));
    }

    public function getAlias(): string
    {
        return 'clever_sso';
    }
}
