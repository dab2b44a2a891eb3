<?php

/** The middleware `clever`: lets only people in who are signed in with Clever. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\BrowserRequest;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** `clever` for all signed-in people, `clever:teacher,staff` for people with one of these roles at Clever. */
final class RequireClever
{
    public function __construct(private readonly Clever $clever, private readonly SignIns $signIns)
    {
    }

    public function handle(Request $request, \Closure $next, string ...$roles): Response
    {
        if ($request->routeIs('clever.*')) {
            // If a group guards every page with this, people must still be able to log in.
            return $next($request);
        }
        $identity = $this->signIns->identity($request);
        $browser = BrowserRequest::fromHttpFoundation($request);
        if ($identity === null) {
            return $this->signIns->settle($request, $this->clever->leg()->notSignedIn($browser, $this->clever->here($request)));
        }
        if ($roles !== [] && !$identity->hasRole(...$roles)) {
            return $browser->wantsPage() ? abort(403) : $this->signIns->settle($request, $this->clever->leg()->notAllowed());
        }
        return $next($request);
    }
}
