<?php

/** Login, callback and logout. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\BrowserRequest;
use CleverSso\Exception as CleverSsoException;
use CleverSso\Refused;
use CleverSso\SessionIdentity;
use CleverSso\SignedIn;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Container\Container;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

final class LoginController
{
    private const NO_SESSION = 'the routes of Clever have no session: the setting `middleware` in config/clever.php must name a group that'
        . ' starts one, such as web';

    public function __construct(
        private readonly Container $app,
        private readonly Clever $clever,
        private readonly Settings $settings,
        private readonly SignIns $signIns,
    ) {
    }

    public function login(Request $request): Response
    {
        $leg = $this->clever->leg();
        $misfit = $this->clever->misfit() ?? ($request->hasSession() ? null : self::NO_SESSION);
        $isSignedIn = $this->signIns->identity($request) !== null;
        return $this->signIns->settle(
            $request,
            $misfit === null ? $leg->login(BrowserRequest::fromHttpFoundation($request), $isSignedIn) : $leg->misconfigured($misfit),
        );
    }

    public function callback(Request $request): Response
    {
        if (!$request->hasSession()) {
            // The code has not been used.
            return $this->signIns->settle($request, $this->clever->leg()->misconfigured(self::NO_SESSION));
        }
        $reply = $this->clever->leg()->callback(BrowserRequest::fromHttpFoundation($request));
        return $reply->signedIn === null ? $this->signIns->settle($request, $reply) : $this->signIn($request, $reply->signedIn);
    }

    public function logout(Request $request): Response
    {
        return $this->signIns->settle($request, $this->clever->leg()->logOut(BrowserRequest::fromHttpFoundation($request)));
    }

    private function signIn(Request $request, SignedIn $signedIn): Response
    {
        $leg = $this->clever->leg();
        try {
            $this->signIns->replace($request, $signedIn);
            $user = $this->user($request, $signedIn);
            if ($user instanceof Authenticatable) {
                $this->signIns->begin($request, $signedIn, $user);
                return $this->signIns->settle($request, $leg->admitted($signedIn));
            }
        } catch (Refused $refused) {
            return $this->signIns->settle($request, $leg->notAdmitted($signedIn, $refused->getMessage()));
        } catch (CleverSsoException $error) {
            // A call of the application to Clever's API failed.
            $this->signIns->addCookies($request, $leg->withoutSignIn($signedIn));
            $this->signIns->end($request);
            return $this->signIns->settle($request, $leg->failed($error));
        } catch (\Throwable $error) {
            // Of the application, or of its session store: Laravel's exception handler responds.
            $this->signIns->addCookies($request, $leg->threw($signedIn, $error));
            $this->signIns->end($request);
            throw $error;
        }
        if ($user === null) {
            return $this->signIns->settle($request, $leg->notAdmitted($signedIn));
        }
        $this->signIns->end($request);
        $this->signIns->addCookies($request, $leg->withoutSignIn($signedIn));
        return $user;
    }

    private function user(Request $request, SignedIn $signedIn): Authenticatable|Response|null
    {
        $users = $this->settings->get('users');
        return $users === null
            ? new CleverUser(SessionIdentity::of($signedIn->identity))
            : $this->app->make($users)->user($signedIn, $request);
    }
}
