<?php

/* The parts of Laravel's Socialite that its drivers use, because Debian has no package of Socialite. */

declare(strict_types=1);

namespace Laravel\Socialite\Contracts {
    interface Factory
    {
        public function driver($driver = null);
    }

    interface Provider
    {
        public function redirect();

        public function user();
    }

    interface User
    {
        public function getId();

        public function getNickname();

        public function getName();

        public function getEmail();

        public function getAvatar();
    }
}

namespace Laravel\Socialite {
    class SocialiteManager extends \Illuminate\Support\Manager implements Contracts\Factory
    {
        public function getDefaultDriver()
        {
            throw new \InvalidArgumentException('No Socialite driver was specified.');
        }
    }

    class SocialiteServiceProvider extends \Illuminate\Support\ServiceProvider implements \Illuminate\Contracts\Support\DeferrableProvider
    {
        public function register()
        {
            $this->app->singleton(Contracts\Factory::class, fn($app) => new SocialiteManager($app));
        }

        public function provides()
        {
            return [Contracts\Factory::class];
        }
    }
}

namespace Laravel\Socialite\Facades {
    class Socialite extends \Illuminate\Support\Facades\Facade
    {
        protected static function getFacadeAccessor()
        {
            return \Laravel\Socialite\Contracts\Factory::class;
        }
    }
}
