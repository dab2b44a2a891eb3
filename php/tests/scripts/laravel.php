<?php

/* A Laravel application with the package, as its developers would write it, in one file. */

declare(strict_types=1);

use CleverSso\Laravel\CleverServiceProvider;
use CleverSso\Laravel\CleverUser;
use CleverSso\Laravel\Facades\Clever;
use CleverSso\Laravel\UserMapper;
use CleverSso\Refused;
use CleverSso\SignedIn;
use Illuminate\Auth\Events\Failed;
use Illuminate\Auth\Events\Login;
use Illuminate\Auth\Events\Logout;
use Illuminate\Auth\GenericUser;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\UserProvider;
use Illuminate\Contracts\Http\Kernel as HttpKernelContract;
use Illuminate\Foundation\Application;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Event;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\ServiceProvider;
use Laravel\Socialite\Facades\Socialite;
use Laravel\Socialite\SocialiteServiceProvider;
use Symfony\Component\HttpFoundation\Response;

if (getenv('LARAVEL_SOURCES')) {
    // Another version than Debian's: folders that have `Illuminate`, `Symfony` and whatever else is newer.
    $folders = explode(PATH_SEPARATOR, getenv('LARAVEL_SOURCES'));
    $parts = ['Macroable', 'Collections', 'Conditionable', 'Reflection'];
    spl_autoload_register(function (string $class) use ($folders, $parts): void {
        $file = str_replace('\\', '/', $class) . '.php';
        $files = [$file, ...array_map(fn(string $part) => str_replace('Illuminate/Support/', "Illuminate/{$part}/", $file), $parts)];
        foreach ($folders as $folder) {
            foreach ($files as $file) {
                if (is_file("{$folder}/{$file}")) {
                    require_once "{$folder}/{$file}";
                    return;
                }
            }
        }
    });
    foreach ($folders as $folder) {
        $loaded = ['Collections/functions', 'Collections/helpers', 'Reflection/helpers', 'Support/functions', 'Support/helpers', 'Events/functions',
            'Filesystem/functions', 'Log/functions', 'Foundation/helpers'];
        foreach ([...array_map(fn(string $name) => "Illuminate/{$name}", $loaded), 'Symfony/Contracts/Deprecation/function',
            'Symfony/Component/String/Resources/functions', 'Symfony/Component/VarDumper/Resources/functions/dump'] as $name) {
            is_file("{$folder}/{$name}.php") && require_once "{$folder}/{$name}.php";
        }
    }
    foreach (['Carbon', 'Doctrine/Inflector', 'Egulias/EmailValidator', 'League/CommonMark', 'Laravel/SerializableClosure', 'Ramsey/Uuid', 'Dotenv',
        'Psr/Container', 'Psr/EventDispatcher', 'Psr/SimpleCache', 'Psr/Log', 'voku/helper', 'Cron', 'League/Flysystem', 'TijsVerkoyen/CssToInlineStyles'] as $part) {
        @include_once "{$part}/autoload.php";
    }
} else {
    require_once 'Illuminate/autoload.php';
}
require_once getenv('PHP_CLASSES');
if (getenv('SOCIALITE_SOURCES')) {
    // The real one: the folder `src` of its repository.
    spl_autoload_register(function (string $class): void {
        $file = getenv('SOCIALITE_SOURCES') . '/' . str_replace(['Laravel\\Socialite\\', '\\'], ['', '/'], $class) . '.php';
        str_starts_with($class, 'Laravel\\Socialite\\') && is_file($file) && require $file;
    });
} elseif (getenv('SOCIALITE')) {
    require_once getenv('SOCIALITE');
}
spl_autoload_register(function (string $class): void {
    if (str_starts_with($class, 'CleverSso\\Laravel\\')) {
        require getenv('PHP_BUNDLE') . '/src/' . str_replace('\\', '/', substr($class, 18)) . '.php';
    }
});

/** An application with users of its own: it finds them by issuer and Clever id. */
final class Users implements UserMapper, UserProvider
{
    public function user(SignedIn $signedIn, Request $request): Authenticatable|Response|null
    {
        $name = (string) $signedIn->identity->name->first;
        return match ($name) {
            'José' => null,
            'Noor' => throw new Refused('Ask <b>Ms. Frizzle</b> for a license.'),
            'Grace' => throw new RuntimeException('fell over'),
            'ليلى' => response('sign up first', 402),
            default => $this->retrieveById($name),
        };
    }

    public function retrieveById($identifier)
    {
        return new GenericUser(['id' => $identifier, 'remember_token' => 'a token', 'password' => 'a hash']);
    }

    public function retrieveByToken($identifier, $token)
    {
        return $token === 'a token' ? $this->retrieveById($identifier) : null;
    }

    public function updateRememberToken(Authenticatable $user, $token)
    {
    }

    public function retrieveByCredentials(array $credentials)
    {
        return null;
    }

    public function validateCredentials(Authenticatable $user, array $credentials)
    {
        return false;
    }

    public function rehashPasswordIfRequired(Authenticatable $user, array $credentials, bool $force = false)
    {
    }
}

if (getenv('DOCS') || getenv('SOCIALITE_ROUTES')) {
    // The application of the guide: its files, and the model that they use.
    eval(<<<'PHP'
        namespace App\Models;
        class User extends \Illuminate\Auth\GenericUser
        {
            public static function firstOrCreate(array $keys, array $values): self
            {
                return new self(['id' => "{$keys['clever_id']} yours", 'remember_token' => null]);
            }
        }
        PHP);
    getenv('DOCS') && require_once getenv('DOCS') . '/app/CleverUsers.php';
}

/** See `works` in strict.php. */
final class FailingHandler extends Illuminate\Session\FileSessionHandler
{
    public function read($id): string|false
    {
        return works('read', $id) ? parent::read($id) : '';
    }

    public function write($id, $data): bool
    {
        return works('write', $id) && parent::write($id, $data);
    }

    public function destroy($id): bool
    {
        return works('destroy', $id) && parent::destroy($id);
    }
}

final class AppProvider extends ServiceProvider
{
    public function boot(): void
    {
        Auth::provider('app', fn() => new Users());
        $this->app['session']->extend('failing', fn($app) => new FailingHandler($app['files'], $app['config']['session.files'], 120));
        // The rate limits from the guide.
        getenv('LIMITER') && eval(getenv('LIMITER'));
        foreach ([Login::class, Logout::class, Failed::class] as $event) {
            Event::listen($event, fn($told) => error_log('event ' . class_basename($told) . ' ' . $told->guard));
        }
        $name = fn(): string => match (true) {
            ($user = Auth::guard(getenv('APP_ENV') === 'own' ? 'web' : 'clever')->user()) === null => 'nobody',
            $user instanceof CleverUser => $user->identity->firstName,
            default => $user->getAuthIdentifier(),
        };
        if (getenv('DOCS')) {
            Route::middleware('web')->group(getenv('DOCS') . '/routes/web.php');
            Route::get('/user', fn() => 'user ' . Auth::user()->getAuthIdentifier())->middleware(['web', 'clever']);
            return;
        }
        Route::middleware('web')->group(function () use ($name): void {
            Route::get('/front', fn() => "front {$name()}");
            Route::any('/members', fn() => "member {$name()}")->middleware('clever');
            Route::get('/staffroom', fn() => "coffee {$name()}")->middleware('clever:teacher,staff');
            Route::get('/builtin', fn() => Clever::hasRole('student') ? "student {$name()}" : abort(403));
            Route::get('/warning', fn() => (string) $undefined);
            Route::get('/vault', fn() => redirect(Clever::loginUrl('/vault')));
            Route::post('/form', fn() => 'posted');
            // The application's own login by password, logout and guard.
            Route::get('/password', function (Request $request) {
                Auth::guard($request->query('guard', 'web'))->login((new Users())->retrieveById($request->query('as', 'Bob')), $request->has('remember'));
                return 'welcome';
            });
            Route::get('/out', function () {
                Auth::guard(getenv('APP_ENV') === 'own' ? 'web' : 'clever')->logout();
                return 'bye';
            });
            Route::get('/mine', fn() => 'mine ' . Auth::user()->getAuthIdentifier())->middleware('auth:web');
            Route::get('/cart', function (Request $request) use ($name) {
                $request->session()->put('cart', $request->session()->get('cart', 0) + 1);
                $request->session()->put('7', 'a name that is a number in an array of PHP');
                return "cart {$request->session()->get('cart')} {$name()}";
            });
        });
        Route::get('/elsewhere', fn() => "elsewhere {$name()}")->middleware(['other', 'clever']);
        if (getenv('SOCIALITE_ROUTES')) {
            Route::middleware('web')->group(getenv('SOCIALITE_ROUTES'));
        } elseif (getenv('SOCIALITE')) {
            Route::middleware('web')->group(function (): void {
                Route::get('/clever/start', fn() => Socialite::driver('clever')->redirect())->name('clever.login');
                Route::get('/clever/callback', function () {
                    $person = Socialite::driver('clever')->user();
                    error_log('socialite ' . json_encode([$person->getId(), $person->getName(), $person->getEmail(), $person->getNickname(),
                        $person->getAvatar(), $person->identity->unverifiedEmail, $person->tokens->accessToken !== '']));
                    error_log('dumped ' . print_r($person, true));
                    if ($person->identity->name->first === 'José') {
                        return response('sign up first', 402);
                    }
                    Auth::login((new Users())->retrieveById($person->identity->name->first));
                    return redirect()->intended('/front');
                })->name('clever.callback');
            });
        }
        // As the last step of Laravel's own route provider.
        Route::getRoutes()->refreshNameLookups();
    }
}

final class HttpKernel extends Illuminate\Foundation\Http\Kernel
{
    protected $middleware = [
        Illuminate\Foundation\Http\Middleware\ValidatePostSize::class,
        Illuminate\Foundation\Http\Middleware\TrimStrings::class,
        Illuminate\Foundation\Http\Middleware\ConvertEmptyStringsToNull::class,
    ];
    protected $middlewareGroups = ['web' => [
        Illuminate\Cookie\Middleware\EncryptCookies::class,
        Illuminate\Cookie\Middleware\AddQueuedCookiesToResponse::class,
        Illuminate\Session\Middleware\StartSession::class,
        Illuminate\View\Middleware\ShareErrorsFromSession::class,
        Illuminate\Foundation\Http\Middleware\VerifyCsrfToken::class,
        Illuminate\Routing\Middleware\SubstituteBindings::class,
    ], 'guarded' => ['web', 'clever:teacher'], 'other' => [
        Illuminate\Cookie\Middleware\EncryptCookies::class,
        Illuminate\Session\Middleware\StartSession::class,
    ]];
    // As in Laravel's own skeleton, the handler sends JSON to clients that accept it. Guests have no login page here.
    protected $routeMiddleware = ['auth' => Illuminate\Auth\Middleware\Authenticate::class];
    protected $middlewareAliases = ['auth' => Illuminate\Auth\Middleware\Authenticate::class];
}

final class ConsoleKernel extends Illuminate\Foundation\Console\Kernel
{
}

$folder = getenv('PHP_FOLDER');
if (!is_dir("{$folder}/config")) {
    foreach (['config', 'bootstrap/cache', 'storage/framework/sessions', 'storage/framework/views', 'storage/logs', 'resources/views'] as $part) {
        mkdir("{$folder}/{$part}", 0777, true);
    }
    $providers = array_map(fn(string $name): string => "Illuminate\\{$name}ServiceProvider", [
        'Auth\Auth', 'Cookie\Cookie', 'Encryption\Encryption', 'Filesystem\Filesystem', 'Foundation\Providers\Foundation',
        'Foundation\Providers\ConsoleSupport', 'Hashing\Hash', 'Session\Session', 'View\View', 'Cache\Cache', 'Translation\Translation',
        'Queue\Queue', 'Database\Database',
    ]);
    $configs = [
        'app' => [
            'name' => 'app', 'env' => 'production', 'debug' => getenv('APP_DEBUG') === '1', 'url' => 'http://localhost', 'timezone' => 'UTC',
            'locale' => getenv('LOCALE') ?: 'en', 'fallback_locale' => 'en', 'key' => str_repeat('k', 32), 'cipher' => 'AES-256-CBC',
            'providers' => [...$providers, ...(getenv('SOCIALITE') ? [SocialiteServiceProvider::class] : []), CleverServiceProvider::class, AppProvider::class],
        ],
        'auth' => [
            'defaults' => ['guard' => 'web'],
            'guards' => ['web' => ['driver' => 'session', 'provider' => 'users'], 'staff' => ['driver' => 'session', 'provider' => 'users'], 'api' => ['driver' => 'token', 'provider' => 'users']],
            'providers' => ['users' => ['driver' => 'app']],
        ],
        'session' => [
            'driver' => getenv('FAILING') ? 'failing' : 'file', 'lifetime' => 120, 'expire_on_close' => true, 'encrypt' => false, 'connection' => null, 'table' => null,
            'files' => "{$folder}/storage/framework/sessions", 'store' => null, 'lottery' => [0, 100], 'cookie' => 'laravel_session', 'path' => '/',
            'domain' => getenv('COOKIE_DOMAIN') ?: null, 'secure' => null, 'http_only' => true, 'same_site' => getenv('SAMESITE') ?: 'lax',
        ],
        'logging' => ['default' => 'errorlog', 'deprecations' => null, 'channels' => ['errorlog' => ['driver' => 'errorlog']]],
        'view' => ['paths' => ["{$folder}/resources/views"], 'compiled' => "{$folder}/storage/framework/views"],
        'cache' => [
            'default' => getenv('LIMITER') ? 'file' : 'array', 'prefix' => '',
            'stores' => ['array' => ['driver' => 'array'], 'file' => ['driver' => 'file', 'path' => "{$folder}/storage/cache"]],
        ],
        'queue' => ['default' => 'sync', 'connections' => ['sync' => ['driver' => 'sync']]],
        'database' => ['default' => 'none', 'connections' => []],
        'filesystems' => ['default' => 'local', 'disks' => ['local' => ['driver' => 'local', 'root' => "{$folder}/storage"]]],
        'clever' => json_decode(getenv('SETTINGS') ?: '{}', true)
            + (getenv('DOCS') ? [] : ['home' => '/front', 'after_logout' => '/front'])
            + (getenv('APP_ENV') === 'own' ? ['users' => getenv('DOCS') ? App\CleverUsers::class : Users::class] : []),
    ];
    foreach ($configs as $name => $values) {
        file_put_contents("{$folder}/config/{$name}.php", '<?php return ' . var_export($values, true) . ';');
    }
    file_put_contents("{$folder}/composer.json", '{"autoload": {"psr-4": {"App\\\\": "app/"}}}');
}
$app = new Application($folder);
$app->singleton(HttpKernelContract::class, HttpKernel::class);
$app->singleton(Illuminate\Contracts\Console\Kernel::class, ConsoleKernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
if (getenv('FAKE')) {
    require_once getenv('FAKE');
    $app->booted(fn() => $app->instance(CleverSso\ClientInterface::class, new CleverSso\Testing\FakeClient()));
}
if (PHP_SAPI === 'cli') {
    $kernel = $app->make(Illuminate\Contracts\Console\Kernel::class);
    exit($kernel->handle(new Symfony\Component\Console\Input\ArgvInput(), new Symfony\Component\Console\Output\ConsoleOutput()));
}
$kernel = $app->make(HttpKernelContract::class);
$request = Request::capture();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
