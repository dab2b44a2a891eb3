<?php

/* A Symfony application with the bundle, as its developers would write it, in one file. */

declare(strict_types=1);

use CleverSso\Refused;
use CleverSso\SignedIn;
use CleverSso\Symfony\CleverSsoBundle;
use CleverSso\Symfony\UserMapper;
use Symfony\Bundle\FrameworkBundle\FrameworkBundle;
use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Bundle\SecurityBundle\SecurityBundle;
use Symfony\Bundle\TwigBundle\TwigBundle;
use Symfony\Bundle\WebProfilerBundle\WebProfilerBundle;
use Symfony\Component\Console\Input\ArgvInput;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Kernel;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;
use Symfony\Component\Security\Core\Exception\CustomUserMessageAccountStatusException;
use Symfony\Component\Security\Core\User\InMemoryUser;
use Symfony\Component\Security\Core\User\UserCheckerInterface;
use Symfony\Component\Security\Core\User\UserInterface;
use Symfony\Component\Security\Core\User\UserProviderInterface;

if (getenv('SYMFONY_SOURCES')) {
    // Another version than Debian's: the folder `src` of its repository.
    spl_autoload_register(function (string $class): void {
        $file = getenv('SYMFONY_SOURCES') . '/' . str_replace('\\', '/', $class) . '.php';
        is_file($file) && require $file;
    });
    require_once getenv('SYMFONY_SOURCES') . '/Symfony/Contracts/Deprecation/function.php';
    require_once getenv('SYMFONY_SOURCES') . '/Symfony/Component/String/Resources/functions.php';
    foreach (['Container', 'EventDispatcher', 'Cache', 'Log'] as $part) {
        require_once "Psr/{$part}/autoload.php";
    }
} else {
    foreach (['Bundle/FrameworkBundle', 'Bundle/SecurityBundle', 'Bundle/TwigBundle', 'Bundle/WebProfilerBundle', 'Component/Console', 'Component/Yaml'] as $part) {
        @include_once "Symfony/{$part}/autoload.php";
    }
}
require_once getenv('PHP_CLASSES');
spl_autoload_register(function (string $class): void {
    if (str_starts_with($class, 'CleverSso\\Symfony\\')) {
        require getenv('PHP_BUNDLE') . '/src/' . str_replace('\\', '/', substr($class, 18)) . '.php';
    }
});

if (getenv('DOCS')) {
    // The application of the guide: its files, and the repository that they use.
    eval(<<<'PHP'
        namespace App;
        class UserRepository
        {
            public function findOneBy(array $keys): \CleverSso\Symfony\CleverUser
            {
                return new \CleverSso\Symfony\CleverUser(new \CleverSso\SessionIdentity($keys['cleverIssuer'], $keys['cleverId'], firstName: 'yours'));
            }
        }
        PHP);
    require_once getenv('DOCS') . '/src/CleverUsers.php';
}

if (getenv('LIMITER')) {
    // The limit of the guide for callbacks.
    require_once 'Symfony/Component/RateLimiter/autoload.php';
    require_once getenv('LIMITER') . '/src/EventListener/LimitCallbacks.php';
}

/** An application with users of its own: it finds them by issuer and Clever id. */
final class Users implements UserMapper, UserProviderInterface, UserCheckerInterface
{
    public function user(SignedIn $signedIn, Request $request): UserInterface|Response|null
    {
        $name = (string) $signedIn->identity->name->first;
        if (file_exists(getenv('PHP_FOLDER') . '/broken')) {
            throw new RuntimeException('fell over');
        }
        return match ($name) {
            'José' => null,
            'Noor' => throw new Refused('Ask <b>Ms. Frizzle</b> for a license.'),
            'Grace' => throw new RuntimeException('fell over'),
            'ليلى' => new Response('sign up first', 402),
            default => $this->loadUserByIdentifier($name),
        };
    }

    public function loadUserByIdentifier(string $identifier): UserInterface
    {
        return new InMemoryUser($identifier, null, ['ROLE_USER']);
    }

    public function loadUserByUsername(string $username): UserInterface
    {
        return $this->loadUserByIdentifier($username);
    }

    public function refreshUser(UserInterface $user): UserInterface
    {
        return $this->loadUserByIdentifier($user->getUserIdentifier());
    }

    public function supportsClass(string $class): bool
    {
        return $class === InMemoryUser::class;
    }

    public function checkPreAuth(UserInterface $user): void
    {
        if (file_exists(getenv('PHP_FOLDER') . '/closed')) {
            throw new CustomUserMessageAccountStatusException('closed');
        }
    }

    public function checkPostAuth(UserInterface $user): void
    {
    }
}

/** See `works` in strict.php. It locks no file: PHP's own server is one process, and a lock would outlast a request that failed. */
final class FailingHandler implements SessionHandlerInterface
{
    private static function file(string $id): string
    {
        return getenv('PHP_FOLDER') . "/sess_{$id}";
    }

    public function open(string $path, string $name): bool
    {
        return true;
    }

    public function close(): bool
    {
        return true;
    }

    public function read(string $id): string|false
    {
        return is_file(self::file($id)) ? file_get_contents(self::file($id)) : '';
    }

    public function write(string $id, string $data): bool
    {
        return works('write', $id) && file_put_contents(self::file($id), $data) !== false;
    }

    public function destroy(string $id): bool
    {
        return works('destroy', $id) && (!is_file(self::file($id)) || unlink(self::file($id)));
    }

    public function gc(int $seconds): int|false
    {
        return 0;
    }
}

final class AppKernel extends Kernel
{
    use MicroKernelTrait;

    public function registerBundles(): iterable
    {
        yield new FrameworkBundle();
        yield new SecurityBundle();
        if ($this->debug) {
            yield new TwigBundle();
            yield new WebProfilerBundle();
        }
        yield new CleverSsoBundle();
    }

    public function getCacheDir(): string
    {
        return getenv('PHP_FOLDER') . "/cache-{$this->environment}";
    }

    public function getLogDir(): string
    {
        return getenv('PHP_FOLDER');
    }

    public function getProjectDir(): string
    {
        return getenv('PHP_FOLDER');
    }

    protected function configureContainer(ContainerConfigurator $container): void
    {
        $own = $this->environment === 'own';
        $container->services()->set(FailingHandler::class, FailingHandler::class);
        $container->services()->alias('app.tokens', 'security.token_storage')->public();
        $container->extension('framework', [
            'secret' => 'a secret of the tests',
            'default_locale' => getenv('LOCALE') ?: 'en',
            'php_errors' => ['throw' => true, 'log' => true],
            'session' => ['storage_factory_id' => 'session.storage.factory.native', 'handler_id' => getenv('FAILING') ? FailingHandler::class : null]
                + ['cookie_samesite' => getenv('SAMESITE') ?: 'lax', 'cookie_domain' => getenv('COOKIE_DOMAIN') ?: null],
            'router' => ['utf8' => true],
        ] + ($this->debug ? ['profiler' => ['only_exceptions' => false]] : []));
        if (getenv('LIMITER')) {
            $container->import(getenv('LIMITER') . '/config/packages/*.yaml');
            $container->import(getenv('LIMITER') . '/config/services.yaml');
        }
        if (getenv('DOCS')) {
            $container->import(getenv('DOCS') . '/config/packages/*.yaml');
            $container->extension('security', self::VERSION_ID < 60000 ? ['enable_authenticator_manager' => true] : []);
            $services = $container->services()->defaults()->autowire()->autoconfigure();
            $services->set(App\UserRepository::class);
            $services->set(App\CleverUsers::class);
            $container->extension('clever_sso', $own ? ['users' => App\CleverUsers::class] : []);
            $container->extension('clever_sso', ['base_url' => '%env(CLEVER_BASE_URL)%']);
            return;
        }
        $container->extension('security', (self::VERSION_ID < 60000 ? ['enable_authenticator_manager' => true] : []) + [
            'session_fixation_strategy' => getenv('STRATEGY') ?: 'migrate',
            'providers' => ['clever' => ['id' => $own ? Users::class : 'clever_sso.user_provider']],
            'firewalls' => [
                'main' => [
                    'lazy' => true,
                    'provider' => 'clever',
                    'custom_authenticators' => ['clever_sso.authenticator'],
                    'entry_point' => 'clever_sso.authenticator',
                    'logout' => ['path' => 'clever_sso_logout'],
                    'stateless' => getenv('STATELESS') === '1',
                ] + ($own ? ['user_checker' => Users::class] : []),
            ],
            'access_control' => [
                ...(getenv('GUARDED') ? [
                    ['path' => '^/clever/logout', 'roles' => 'PUBLIC_ACCESS'],
                    ['path' => '^/', 'roles' => getenv('GUARDED')],
                ] : []),
                ['path' => '^/members', 'roles' => 'clever:person'],
                ['path' => '^/staffroom', 'roles' => ['clever:teacher', 'clever:staff']],
                ['path' => '^/builtin', 'roles' => 'ROLE_CLEVER_STUDENT'],
            ],
        ]);
        $settings = [
            'client_id' => '%env(CLEVER_CLIENT_ID)%',
            'client_secret' => '%env(CLEVER_CLIENT_SECRET)%',
            'redirect_uri' => '%env(CLEVER_REDIRECT_URI)%',
            'base_url' => '%env(CLEVER_BASE_URL)%',
            'home' => '/front',
            'after_logout' => '/front',
        ];
        $more = json_decode(getenv('SETTINGS') ?: '{}', true);
        $container->extension('clever_sso', $more + $settings + ($own ? ['users' => Users::class] : []));
        $services = $container->services()->defaults()->autowire()->autoconfigure();
        if ($own) {
            $services->set(Users::class, Users::class);
        }
    }

    protected function configureRoutes(RoutingConfigurator $routes): void
    {
        getenv('DOCS')
            ? $routes->import(getenv('DOCS') . '/config/routes/*.yaml')
            : $routes->import('@CleverSsoBundle/config/routes.php')->prefix(getenv('ROUTES_AT') ?: '/clever');
        if ($this->debug) {
            $routes->import('@WebProfilerBundle/Resources/config/routing/profiler.xml')->prefix('/_profiler');
            $routes->import('@WebProfilerBundle/Resources/config/routing/wdt.xml')->prefix('/_wdt');
        }
        $routes->add('status', '/status')->controller([$this, 'status'])->stateless();
        foreach (['front', 'members', 'staffroom', 'builtin', 'cart', 'warning', 'vault', 'lessons'] as $page) {
            $routes->add($page, "/{$page}")->controller([$this, $page]);
        }
    }

    private function name(): string
    {
        $user = $this->getContainer()->get('app.tokens')->getToken()?->getUser();
        return match (true) {
            $user === null => 'nobody',
            $user instanceof CleverSso\Symfony\CleverUser => $user->identity->firstName,
            default => $user->getUserIdentifier(),
        };
    }

    public function front(): Response
    {
        return new Response('front ' . $this->name());
    }

    public function status(): Response
    {
        return new Response('up');
    }

    public function members(): Response
    {
        return new Response('member ' . $this->name());
    }

    public function lessons(): Response
    {
        return new Response('Lessons of ' . $this->name());
    }

    public function staffroom(): Response
    {
        return new Response('coffee ' . $this->name());
    }

    public function builtin(): Response
    {
        return new Response('student ' . $this->name());
    }

    public function cart(Request $request): Response
    {
        $session = $request->getSession();
        $session->set('cart', $session->get('cart', 0) + 1);
        $session->set('7', 'a name that is a number in an array of PHP');
        return new Response("cart {$session->get('cart')} {$this->name()}");
    }

    public function warning(): Response
    {
        return new Response((string) $undefined);
    }

    public function vault(Request $request): Response
    {
        return new Response('', 302, ['Location' => '/clever/login?return_to=/vault']);
    }
}

if (getenv('WRONG')) {
    // Checks each of these settings with the configuration tree, without building a container for each.
    $good = ['client_id' => 'a', 'client_secret' => 'b', 'redirect_uri' => 'https://app.example/clever/callback'];
    foreach (json_decode(getenv('WRONG'), true) as $wrong) {
        try {
            $tree = new CleverSso\Symfony\DependencyInjection\Configuration();
            (new Symfony\Component\Config\Definition\Processor())->processConfiguration($tree, [$wrong + $good]);
            echo "nothing is wrong\n";
        } catch (Symfony\Component\Config\Definition\Exception\Exception $error) {
            echo str_replace("\n", ' ', $error->getMessage()), "\n";
        }
    }
    exit;
}
$kernel = new AppKernel(getenv('APP_ENV') ?: 'test', getenv('APP_DEBUG') === '1');
if (getenv('FAKE')) {
    require_once getenv('FAKE');
    $kernel->boot();
    $kernel->getContainer()->set(CleverSso\ClientInterface::class, new CleverSso\Testing\FakeClient());
}
if (PHP_SAPI === 'cli') {
    exit((new Symfony\Bundle\FrameworkBundle\Console\Application($kernel))->run(new ArgvInput()));
}
if (getenv('APP_DEBUG') === '1') {
    Symfony\Component\ErrorHandler\Debug::enable();
} else {
    // Like Symfony's runtime: a warning becomes an exception.
    Symfony\Component\ErrorHandler\ErrorHandler::register()->throwAt(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED, true);
}
$request = Request::createFromGlobals();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
