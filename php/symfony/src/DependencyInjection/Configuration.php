<?php

/** The settings of the bundle, checked when the container is built. */

declare(strict_types=1);

namespace CleverSso\Symfony\DependencyInjection;

use Symfony\Component\Config\Definition\Builder\ArrayNodeDefinition;
use Symfony\Component\Config\Definition\Builder\NodeBuilder;
use Symfony\Component\Config\Definition\Builder\TreeBuilder;
use Symfony\Component\Config\Definition\ConfigurationInterface;

final class Configuration implements ConfigurationInterface
{
    /** The settings that are arguments of CleverSso\Client. */
    public const OF_THE_CLIENT = [
        'client_id' => 'clientId',
        'client_secret' => 'clientSecret',
        'redirect_uri' => 'redirectUri',
        'base_url' => 'baseUrl',
        'timeout' => 'timeout',
        'leeway' => 'leeway',
        'pending_key' => 'pendingKey',
        'old_pending_keys' => 'oldPendingKeys',
        'return_to_origins' => 'returnToOrigins',
        'development' => 'development',
        'ca_bundle' => 'caBundle',
        'proxy' => 'proxy',
        'key_cache' => 'keyCache',
    ];

    public function getConfigTreeBuilder(): TreeBuilder
    {
        $tree = new TreeBuilder('clever_sso');
        $root = $tree->getRootNode();
        assert($root instanceof ArrayNodeDefinition);
        $nodes = $root->children();
        $nodes->scalarNode('client_id')->isRequired()->cannotBeEmpty()->info('From Clever\'s dashboard');
        $nodes->scalarNode('client_secret')->isRequired()->cannotBeEmpty()->info('From Clever\'s dashboard');
        $nodes->scalarNode('redirect_uri')->isRequired()
            ->info('The public address of the route clever_sso_callback, as it is registered with Clever')
            ->validate()
                // An environment variable is an empty string here. Its value is checked when the client is created.
                ->ifTrue(fn(mixed $uri): bool => $uri !== '' && !self::isWebAddress($uri))
                ->thenInvalid('redirect_uri must be a URL that starts with https:// or http://, found %s');
        $nodes->scalarNode('base_url')->defaultNull()->info('Only with a local emulator');
        $nodes->scalarNode('district_id')->defaultNull()->info('Skips the school picker');
        $nodes->floatNode('timeout')->defaultValue(10.0)->info('Seconds for a call to Clever, retries included');
        $nodes->integerNode('leeway')->defaultValue(60)->min(0)->max(600)->info('Seconds that two clocks may differ');
        $nodes->scalarNode('pending_key')->defaultNull()->info('Seals logins in flight instead of the client secret');
        foreach (['old_pending_keys', 'return_to_origins'] as $list) {
            $nodes->arrayNode($list)->scalarPrototype();
        }
        $nodes->booleanNode('development')->defaultFalse()->info('Allows plain http');
        $nodes->scalarNode('ca_bundle')->defaultNull()->info('More authorities to trust: PEM text, or the path of a PEM file');
        $nodes->scalarNode('proxy')->defaultNull();
        $nodes->scalarNode('key_cache')->defaultNull()->info('A file through which workers share Clever\'s keys');
        self::page($nodes, 'home', 'The page after a login that was on its way to no page');
        self::page($nodes, 'after_logout', 'The page after a logout');
        $nodes->integerNode('session_seconds')->defaultValue(43_200)->min(1)->info('How long a sign-in lasts at most');
        $nodes->booleanNode('waiting_page')->defaultFalse()->info('Shows a page while a login is finished');
        $nodes->scalarNode('users')->defaultNull()
            ->info('The service that finds or makes your user: a CleverSso\Symfony\UserMapper. Without it, people are CleverUser objects');
        return $tree;
    }

    private static function page(NodeBuilder $nodes, string $name, string $info): void
    {
        $nodes->scalarNode($name)->defaultValue('/')->info($info)
            ->validate()
                ->ifTrue(fn(mixed $path): bool => $path !== '' && (!is_string($path) || preg_match('~^/(?![/\\\\])~', $path) !== 1))
                ->thenInvalid("{$name} must be a path that starts with one slash, such as /lessons, found %s");
    }

    private static function isWebAddress(mixed $uri): bool
    {
        $parts = is_string($uri) ? parse_url($uri) : false;
        return isset($parts['host']) && in_array(strtolower($parts['scheme'] ?? ''), ['http', 'https'], true);
    }
}
