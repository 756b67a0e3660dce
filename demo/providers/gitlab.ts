import { startGitlab } from '../../local/doubles/gitlab.ts';
import { gitlab } from '../../shared/keys/vendors/gitlab.ts';
import type { ProviderAct } from '../provider/act.ts';

export const act = {
  title: 'a GitLab project access token',
  provider: gitlab,
  start: startGitlab,
} satisfies ProviderAct;
