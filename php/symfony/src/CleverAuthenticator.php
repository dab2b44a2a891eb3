<?php

/** Signs in people that Clever confirmed. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\BrowserRequest;
use CleverSso\Exception as CleverSsoException;
use CleverSso\Refused;
use CleverSso\SessionIdentity;
use CleverSso\SignedIn;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\Authentication\Token\Storage\TokenStorageInterface;
use Symfony\Component\Security\Core\Authentication\Token\TokenInterface;
use Symfony\Component\Security\Core\Exception\AuthenticationException;
use Symfony\Component\Security\Core\User\UserInterface;
use Symfony\Component\Security\Http\Authenticator\AbstractAuthenticator;
use Symfony\Component\Security\Http\Authenticator\Passport\Badge\UserBadge;
use Symfony\Component\Security\Http\Authenticator\Passport\Passport;
use Symfony\Component\Security\Http\Authenticator\Passport\SelfValidatingPassport;
use Symfony\Component\Security\Http\EntryPoint\AuthenticationEntryPointInterface;

/** Name it in the custom_authenticators of the firewall, and as its entry_point. */
final class CleverAuthenticator extends AbstractAuthenticator implements AuthenticationEntryPointInterface
{
    public function __construct(
        private readonly Legs $legs,
        private readonly SignIns $signIns,
        private readonly TokenStorageInterface $tokens,
        private readonly ?UserMapper $users = null,
    ) {
    }

    /** Only callbacks that sign a person in. The listener responds to all others. */
    public function supports(Request $request): ?bool
    {
        return $this->signIns->of($request)->signedIn !== null;
    }

    public function authenticate(Request $request): Passport
    {
        $signedIn = $this->signedIn($request);
        try {
            $user = $this->users === null
                ? new CleverUser(SessionIdentity::of($signedIn->identity))
                : $this->users->user($signedIn, $request);
        } catch (Refused $refused) {
            throw new NotSignedIn($this->legs->leg()->notAdmitted($signedIn, $refused->getMessage()));
        } catch (CleverSsoException $error) {
            // A call of the application to Clever's API failed.
            $this->signIns->of($request)->add($this->legs->leg()->withoutSignIn($signedIn));
            throw new NotSignedIn($this->legs->leg()->failed($error));
        } catch (\Throwable $error) {
            // Of the application: its own error page responds.
            $this->signIns->of($request)->add($this->legs->leg()->threw($signedIn, $error));
            $this->signOut($request);
            throw $error;
        }
        if ($user instanceof Response) {
            throw new NotSignedIn(response: $user);
        }
        if (!$user instanceof UserInterface) {
            throw new NotSignedIn($this->legs->leg()->notAdmitted($signedIn));
        }
        return new SelfValidatingPassport(new UserBadge($user->getUserIdentifier(), fn(): UserInterface => $user));
    }

    public function onAuthenticationSuccess(Request $request, TokenInterface $token, string $firewallName): ?Response
    {
        $signedIn = $this->signedIn($request);
        $token->setAttribute(SignIns::IDENTITY, SessionIdentity::of($signedIn->identity)->toArray());
        $this->signIns->keep($request, $signedIn);
        return $this->signIns->settle($request, $this->legs->leg()->admitted($signedIn));
    }

    /** The mapper or a user checker refused the person: the session of the previous person ends. */
    public function onAuthenticationFailure(Request $request, AuthenticationException $exception): ?Response
    {
        $signedIn = $this->signedIn($request);
        $this->signOut($request);
        if ($exception instanceof NotSignedIn && $exception->response !== null) {
            $this->signIns->of($request)->add($this->legs->leg()->withoutSignIn($signedIn));
            return $exception->response;
        }
        $reply = $exception instanceof NotSignedIn ? $exception->reply : null;
        return $this->signIns->settle($request, $reply ?? $this->legs->leg()->notAdmitted($signedIn));
    }

    /** A person who is not signed in requests a protected page. */
    public function start(Request $request, ?AuthenticationException $authException = null): Response
    {
        $reply = $this->legs->leg()->notSignedIn(BrowserRequest::fromHttpFoundation($request), $this->legs->here($request));
        return $this->signIns->settle($request, $reply);
    }

    /** Symfony writes its token back into the session, even if the person is refused in a second tab. */
    private function signOut(Request $request): void
    {
        $this->tokens->setToken(null);
        $this->signIns->end($request);
    }

    private function signedIn(Request $request): SignedIn
    {
        return $this->signIns->of($request)->signedIn ?? throw new \LogicException('this request signs no one in');
    }
}
