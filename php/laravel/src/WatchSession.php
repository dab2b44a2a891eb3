<?php

/** Ends expired sessions, and records that the browser keeps all other sessions. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\BrowserRequest;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** @internal Right after the session starts, in each middleware group. */
final class WatchSession
{
    public function __construct(private readonly Clever $clever, private readonly SignIns $signIns)
    {
    }

    public function handle(Request $request, \Closure $next): Response
    {
        if (!$request->hasSession() || !$this->signIns->isThere($request) || $request->routeIs('clever.*')) {
            return $next($request);
        }
        [$always, $withPages] = $this->clever->leg()->sessionKept(BrowserRequest::fromHttpFoundation($request));
        $response = $next($request);
        $this->signIns->addCookies($request, [...$always, ...($response->isSuccessful() ? $withPages : [])]);
        return $response;
    }
}
