<?php

/** The driver for Laravel's Socialite: Socialite::driver('clever'). */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\BrowserReply;
use CleverSso\BrowserRequest;
use Illuminate\Contracts\Container\Container;
use Illuminate\Http\Exceptions\HttpResponseException;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Laravel\Socialite\Contracts\Provider;

/**
 * For applications that sign people in with Socialite. Set `routes` in config/clever.php to false, and name your two routes
 * clever.login and clever.callback.
 *
 * The library still decides about state, cookies and restarts, and there is no stateless(): each response that needs no
 * decision from you is thrown as Laravel's HttpResponseException, which Laravel sends by itself.
 */
final class SocialiteProvider implements Provider
{
    /** The session key where Laravel stores the page that a person wanted before the login. */
    private const INTENDED = 'url.intended';
    private const NO_SESSION = 'the routes clever.login and clever.callback have no session: put them into the middleware group web';

    private ?string $returnTo = null;

    public function __construct(private readonly Container $app)
    {
    }

    /** Where to go after the login. Default: `return_to` of the query, or the page that Laravel's `auth` middleware stored. */
    public function returnTo(string $returnTo): self
    {
        $this->returnTo = $returnTo;
        return $this;
    }

    /**
     * Sends the browser to Clever.
     *
     * @throws HttpResponseException When this request must not or cannot begin a login.
     */
    public function redirect(): RedirectResponse
    {
        $request = $this->request();
        $signIns = $this->app->make(SignIns::class);
        $clever = $this->app->make(Clever::class);
        $browser = BrowserRequest::fromHttpFoundation($request);
        $returnTo = $this->returnTo;
        $this->returnTo = null;
        if ($returnTo === null && !$browser->has('return_to') && $request->hasSession()) {
            $intended = $request->session()->get(self::INTENDED);
            $returnTo = is_string($intended) ? $intended : null;
        }
        $misfit = $clever->misfit() ?? ($request->hasSession() ? null : self::NO_SESSION);
        $reply = $misfit === null
            ? $clever->leg()->login($browser, $signIns->identity($request) !== null, $returnTo)
            : $clever->leg()->misconfigured($misfit);
        if (!isset($reply->headers['Location'])) {
            throw new HttpResponseException($signIns->settle($request, $reply));
        }
        $signIns->addCookies($request, $reply->cookies);
        return new RedirectResponse($reply->headers['Location'], $reply->status, $reply->headers);
    }

    /**
     * The person that Clever confirmed. The browser's old session has ended, and `redirect()->intended()` leads to the
     * page that the person wanted. Sign your user in now with `Auth::login`. Then `Clever::identity()` and the
     * middleware `clever` know this person too.
     *
     * @throws HttpResponseException If Clever confirmed no one: the login restarts, or a page says what went wrong.
     */
    public function user(): SocialiteUser
    {
        $request = $this->request();
        $signIns = $this->app->make(SignIns::class);
        $signedIn = $signIns->proven($request);
        if ($signedIn === null) {
            $reply = $this->callback($request);
            $signedIn = $reply->signedIn ?? throw new HttpResponseException($signIns->settle($request, $reply));
            $signIns->replace($request, $signedIn);
            $signIns->prove($request, $signedIn);
            $this->intend($request, $signedIn->returnTo);
        }
        return new SocialiteUser($signedIn);
    }

    private function callback(Request $request): BrowserReply
    {
        $leg = $this->app->make(Clever::class)->leg();
        return $request->hasSession() ? $leg->callback(BrowserRequest::fromHttpFoundation($request)) : $leg->misconfigured(self::NO_SESSION);
    }

    /** The target of `redirect()->intended()`: a URL of this application, whatever the Host header says. */
    private function intend(Request $request, ?string $returnTo): void
    {
        preg_match('~^https?://[^/]+~i', $this->app->make(Settings::class)->get('redirect_uri'), $origin);
        $isPath = $returnTo !== null && str_starts_with($returnTo, '/');
        $returnTo === null
            ? $request->session()->forget(self::INTENDED)
            : $request->session()->put(self::INTENDED, $isPath ? "{$origin[0]}{$returnTo}" : $returnTo);
    }

    private function request(): Request
    {
        return $this->app->make('request');
    }
}
