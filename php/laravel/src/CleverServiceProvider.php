<?php

/** Log in with Clever in Laravel. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\ClientInterface;
use Illuminate\Auth\Events\CurrentDeviceLogout;
use Illuminate\Auth\Events\Login;
use Illuminate\Auth\Events\Logout;
use Illuminate\Contracts\Container\Container;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Http\Events\RequestHandled;
use Illuminate\Routing\Router;
use Illuminate\Session\Middleware\StartSession;
use Illuminate\Support\ServiceProvider;
use Laravel\Socialite\Contracts\Factory as SocialiteFactory;

/** Laravel finds it by itself. `php artisan vendor:publish --tag=clever-config` copies the settings. */
final class CleverServiceProvider extends ServiceProvider
{
    private const CONFIG = __DIR__ . '/../config/clever.php';
    /** The CSRF middleware of each Laravel version. The library checks the origin of a logout POST instead. */
    private const CSRF = [
        'App\Http\Middleware\VerifyCsrfToken',
        'Illuminate\Foundation\Http\Middleware\VerifyCsrfToken',
        'Illuminate\Foundation\Http\Middleware\ValidateCsrfToken',
        'Illuminate\Foundation\Http\Middleware\PreventRequestForgery',
    ];

    public function register(): void
    {
        $this->mergeConfigFrom(self::CONFIG, 'clever');
        $this->app->scoped(Settings::class, fn(Container $app) => new Settings($app->make('config')));
        $this->app->scoped(Clever::class);
        // Tests can replace this with a Testing\FakeClient.
        $this->app->scoped(
            ClientInterface::class,
            fn(Container $app) => $app->make(Settings::class)->client($app->make(Clever::class)->log()),
        );
        $this->app->scoped(
            SignIns::class,
            fn(Container $app) => new SignIns($app->make('auth'), $app->make(Settings::class), $app->make('cookie')),
        );
        // The guard and the provider for applications without their own users. If you define your own, those are used.
        $config = $this->app->make('config');
        $config->set('auth.guards.clever', $config->get('auth.guards.clever') ?? ['driver' => 'session', 'provider' => 'clever']);
        $config->set('auth.providers.clever', $config->get('auth.providers.clever') ?? ['driver' => 'clever']);
    }

    public function boot(Router $router): void
    {
        $this->app->make('auth')->provider('clever', fn(Container $app) => new CleverUserProvider($app));
        $this->publishes([self::CONFIG => $this->app->configPath('clever.php')], 'clever-config');
        $settings = $this->app->make(Settings::class);
        if ($this->app->runningInConsole()) {
            // Commands that do not use Clever must run without its secrets.
            $this->commands([DoctorCommand::class]);
        } else {
            $settings->check();
        }
        $router->aliasMiddleware('clever', RequireClever::class);
        $this->app->booted(fn() => $this->watchSessions($router));
        $events = $this->app->make('events');
        $events->listen(RequestHandled::class, static function (RequestHandled $handled): void {
            app(Clever::class)->send($handled->request, $handled->response);
        });
        $events->listen([Logout::class, CurrentDeviceLogout::class], static function (Logout|CurrentDeviceLogout $told): void {
            app(SignIns::class)->loggedOut(app('request'), $told->guard);
        });
        if (interface_exists(SocialiteFactory::class)) {
            // Not static: the manager binds it to itself.
            $this->callAfterResolving(
                SocialiteFactory::class,
                fn(object $manager) => $manager->extend('clever', fn($app) => new SocialiteProvider($app)),
            );
            $events->listen(Login::class, static function (Login $told): void {
                app(SignIns::class)->loggedIn(app('request'), $told->guard, $told->user);
            });
        }
        if ($settings->get('routes') && !$this->app->routesAreCached()) {
            $this->addRoutes($router, $settings);
        }
    }

    /**
     * Adds the middleware wherever a session starts, and before any guard reads it. Laravel moves guards to the front
     * of a group, but never before the session.
     */
    private function watchSessions(Router $router): void
    {
        // The kernel sets the groups when it is created, which happens late in tests.
        $this->app->bound(Kernel::class) && $this->app->make(Kernel::class);
        foreach ($router->getMiddlewareGroups() as $name => $group) {
            $starts = array_filter($group, fn(mixed $one): bool => is_string($one) && is_a($one, StartSession::class, true));
            if ($starts !== []) {
                array_splice($group, array_search(array_key_first($starts), array_keys($group), true) + 1, 0, [WatchSession::class]);
                $router->middlewareGroup((string) $name, $group);
            }
        }
    }

    private function addRoutes(Router $router, Settings $settings): void
    {
        $group = ['prefix' => $settings->get('path'), 'middleware' => $settings->get('middleware')];
        $router->group($group, function (Router $router): void {
            foreach (['login', 'callback', 'logout'] as $name) {
                // Every method: the library decides how to respond to methods that must not act.
                $action = ['as' => "clever.{$name}", 'uses' => LoginController::class . "@{$name}"];
                $router->any($name, $action)->withoutMiddleware(self::CSRF);
            }
        });
    }
}
